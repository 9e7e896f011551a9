import { join } from 'node:path';
import { bundleModules } from '../bundle/bundle-modules.js';
import { description } from '../bundle/bundle-operator.js';
import { bundleWhole } from './bundle-whole.js';

/**
 * `node …/bundle-web.js CHECKOUT`: bundles its web application into `dist/bundle`, and what it says about itself into
 * one file of `operator/` there; not the command line.
 */
const [checkout = ''] = process.argv.slice(2);
const folder = join(checkout, 'dist', 'bundle');

await bundleWhole({ checkout, app: 'web', folder });
await bundleModules({
  ...{ checkout, outDir: join(folder, 'operator'), isSplit: false },
  entryPoints: [description(join(checkout, 'dist'), 'web')],
});
