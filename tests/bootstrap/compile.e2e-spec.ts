import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { checkout, FakeCheckout, importScript, silentProgress } from './fake-checkout.js';

interface Step {
  isPending(root: string): boolean;
  run(context: { root: string; progress: unknown; lock: unknown }): Promise<void>;
}

const { compile } = await importScript<{ compile: Step }>('compile.mjs');
const lock = { coverChild: () => {} };

describe('compiling a checkout', () => {
  let tree: FakeCheckout;
  beforeEach(() => {
    tree = new FakeCheckout();
    tree.write('package.json', '{"type":"module"}');
    tree.write('package-lock.json', '{}');
    const compilerOptions = {
      module: 'NodeNext',
      rootDir: '.',
      outDir: 'dist',
      incremental: true,
      types: [],
      // Of the language no more than these few lines need: each compilation reads it anew.
      lib: ['es2022'],
      skipLibCheck: true,
    };
    const options = { ...compilerOptions, strict: true, tsBuildInfoFile: 'dist/.tsbuildinfo' };
    tree.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['libs'] }));
    tree.write('libs/a/src/one.ts', 'export const one = 1;\n');
    tree.write('libs/a/src/two.spec.ts', 'export const two = 2;\n');
    symlinkSync(join(checkout, 'node_modules'), join(tree.root, 'node_modules'));
  });
  afterEach(() => tree.remove());

  const run = async () => {
    // The file system's clock ticks every few milliseconds: what is written within one tick of a compilation counts as newer.
    await setTimeout(30);
    await compile.run({ root: tree.root, progress: silentProgress(), lock });
  };
  const output = (name: string) => existsSync(join(tree.root, 'dist/libs/a/src', name));

  it('is needed once, and again when a source changes, appears or goes', async () => {
    expect(compile.isPending(tree.root)).toBe(true);
    await run();
    expect(compile.isPending(tree.root)).toBe(false);
    tree.write('libs/a/src/one.ts', 'export const one = 11;\n');
    expect(compile.isPending(tree.root)).toBe(true);
    await run();
    rmSync(join(tree.root, 'libs/a/src/two.spec.ts'));
    expect(compile.isPending(tree.root)).toBe(true);
  });

  it('removes the output of a spec that is gone, so that it no longer runs', async () => {
    await run();
    expect(output('two.spec.js')).toBe(true);
    rmSync(join(tree.root, 'libs/a/src/two.spec.ts'));
    await run();
    expect([output('one.js'), output('two.spec.js')]).toEqual([true, false]);
  });

  it('writes an output again that somebody removed', async () => {
    await run();
    rmSync(join(tree.root, 'dist/libs'), { recursive: true });
    expect(compile.isPending(tree.root)).toBe(true);
    await run();
    expect(output('one.js')).toBe(true);
  });

  it('removes a bundle of earlier sources', async () => {
    const bundle = tree.write('dist/bundle/web.cjs', '');
    await run();
    expect(existsSync(bundle)).toBe(false);
  });

  it('says which line does not compile, and stays pending', async () => {
    tree.write('libs/a/src/one.ts', "export const one: number = 'x';\n");
    const error: unknown = await run().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: 'the sources do not compile.',
      hint: expect.stringContaining('one.ts(1,14): error TS2322'),
    });
    expect(compile.isPending(tree.root)).toBe(true);
  });
});
