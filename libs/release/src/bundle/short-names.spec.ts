import { expect, it } from '@jest/globals';

import { shortenNames } from './short-names.js';

it('shortens local names, and keeps those of classes, functions and properties', async () => {
  const text = `
/** Some class that is described here. */
class Invoice {
  total(firstAmount) {
    const localSum = firstAmount + this.discount;
    return localSum;
  }
}
function makeInvoice(someOptions) { return new Invoice(someOptions); }
exports.makeInvoice = makeInvoice;`;
  const code = (await shortenNames(text, 'invoice.js'))?.replace(/\/\/# sourceMappingURL.*/, '') ?? '';
  for (const kept of [
    'class Invoice',
    'total(',
    'this.discount',
    'function makeInvoice',
    'exports.makeInvoice',
  ])
    expect(code).toContain(kept);
  for (const gone of ['firstAmount', 'localSum', 'someOptions']) expect(code).not.toContain(gone);
});

it.each([
  ['an ES module', "import fs from 'node:fs';\nclass Store { read(file) { return fs.readFileSync(file); } }"],
  ['a class expression', 'exports.Store = class Store { copy() { return new Store(); } };'],
  ['a class in a function', 'function make() {\n  class Store {}\n  return Store;\n}'],
])('leaves %s as it is, whose class would be renamed', async (_what, text) => {
  expect(await shortenNames(text, 'store.js')).toBeUndefined();
});
