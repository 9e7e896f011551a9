import { basename } from 'node:path';
import { bundleModules } from '../bundle/bundle-modules.js';

/** `node …/bundle-runners.js CHECKOUT FOLDER FILE…`: bundles each program to a file of its name in that folder. */
const [checkout = '', outDir = '', ...files] = process.argv.slice(2);

await bundleModules({
  ...{ checkout, outDir },
  entryPoints: files.map((file) => ({ in: file, out: basename(file, '.js') })),
});
