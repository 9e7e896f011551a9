import { describe, expect, it } from '@jest/globals';
import { readAnswer, RpcFault, writeCall } from './xml-rpc.js';

const answer = (value: string): string =>
  `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value>${value}</value>\n</param>\n</params>\n</methodResponse>\n`;

describe('a call', () => {
  it('is written with its values', () => {
    expect(writeCall('supervisor.startProcess', ['a<b&c', true])).toBe(
      '<?xml version="1.0"?><methodCall><methodName>supervisor.startProcess</methodName><params>' +
        '<param><value><string>a&lt;b&amp;c</string></value></param>' +
        '<param><value><boolean>1</boolean></value></param></params></methodCall>',
    );
  });
});

describe('an answer', () => {
  it.each([
    ['<string>a &lt;b&gt; &amp;lt;</string>', 'a <b> &lt;'],
    ['<string></string>', ''],
    ['<string>  </string>', '  '],
    ['untyped', 'untyped'],
    ['<int>-12</int>', -12],
    ['<boolean>1</boolean>', true],
    ['<nil/>', null],
    ['<array><data>\n</data></array>', []],
  ])('of %s is read', (text, value) => {
    expect(readAnswer(answer(text))).toEqual(value);
  });

  it('of structs in an array is read', () => {
    const struct = (name: string, pid: number): string =>
      `<value><struct>\n<member>\n<name>name</name>\n<value><string>${name}</string></value>\n</member>\n` +
      `<member>\n<name>pid</name>\n<value><int>${pid}</int></value>\n</member>\n</struct></value>\n`;
    expect(readAnswer(answer(`<array><data>\n${struct('0', 17)}${struct('1', 0)}</data></array>`))).toEqual([
      { name: '0', pid: 17 },
      { name: '1', pid: 0 },
    ]);
  });

  it('that is a fault is thrown with its number', () => {
    const fault =
      '<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>60</int></value>\n' +
      '</member>\n<member>\n<name>faultString</name>\n<value><string>ALREADY_STARTED: acme:1</string></value>\n' +
      '</member>\n</struct></value>\n</fault>\n</methodResponse>\n';
    expect(() => readAnswer(fault)).toThrow(new RpcFault(60, 'ALREADY_STARTED: acme:1'));
  });

  it('that is something else is refused', () => {
    expect(() => readAnswer('<html>no</html>')).toThrow('expected <methodResponse>, found <html>');
  });
});
