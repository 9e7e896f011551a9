import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';

import { NestLog } from './log.js';

describe("Nest's lines in the log", () => {
  const lines = (level: string, write: (log: NestLog) => void): unknown[] => {
    const stream = { write: jest.fn<(line: string) => void>() };
    write(new NestLog(pino({ level, base: null, timestamp: false }, stream)));
    return stream.write.mock.calls.map(([line]) => JSON.parse(line) as unknown);
  };

  it.each(['RouterExplorer', '_RouterExplorer', '_RouterExplorer2'])(
    'are for who debugs a boot where %s announces routes',
    (context) => {
      const announce = (log: NestLog): void => log.log('Mapped {/, GET} route', context);
      expect(lines('info', announce)).toEqual([]);
      expect(lines('debug', announce)).toEqual([
        { level: 20, context: 'RouterExplorer', msg: 'Mapped {/, GET} route' },
      ]);
    },
  );

  it('are written where something went wrong, and where the application speaks', () => {
    const speak = (log: NestLog): void => {
      log.error('no', 'RouterExplorer');
      log.log('sent', 'Mailer');
    };
    expect(lines('info', speak)).toEqual([
      { level: 50, context: 'RouterExplorer', msg: 'no' },
      { level: 30, context: 'Mailer', msg: 'sent' },
    ]);
  });
});
