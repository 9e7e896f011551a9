import { expect, it } from '@jest/globals';
import { mediaTypes } from '#libs/hosting';
import { contentTypeOf, knownEndings } from '#libs/media';

it('serves every kind of upload with the same type at the edge and in the process', () => {
  const atEdge = mediaTypes.flatMap(([type, endings]) => endings.map((ending) => [ending, type]));
  const inProcess = knownEndings().map((ending) => [ending, contentTypeOf(`a.${ending}`).type]);
  expect(Object.fromEntries(atEdge)).toEqual(Object.fromEntries(inProcess));
});
