import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSupervisordAddress } from './supervisord-address.js';

describe('where a supervisord listens', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-supervisord-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(text: string, env = {}) {
    const file = join(folder, 'supervisord.conf');
    writeFileSync(file, text);
    return readSupervisordAddress(file, env);
  }

  it('is read without what else the file says, and without remarks', () => {
    expect(
      read(`[unix_http_server]
file=/elsewhere.sock
[supervisorctl]
; serverurl=http://old:1
serverurl=unix:///run/a.sock ; use a unix:// URL
username = ops
password: a;b%%c
[program:x]
serverurl=http://program:1
`),
    ).toEqual({ url: 'unix:///run/a.sock', username: 'ops', password: 'a;b%c' });
  });

  it('may be said by what surrounds the file', () => {
    const text = '[supervisorctl]\nserverurl=unix://%(here)s/s.sock\nusername=%(ENV_OPERATOR)s\n';
    expect(read(text, { OPERATOR: 'ada' })).toEqual({ url: `unix://${folder}/s.sock`, username: 'ada' });
  });

  it('is what supervisorctl takes where the file does not say it', () => {
    expect(read('[supervisord]\n')).toEqual({ url: 'http://localhost:9001' });
  });
});
