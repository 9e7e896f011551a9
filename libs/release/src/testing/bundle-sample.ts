import { bundleWhole } from './bundle-whole.js';

/** `node …/bundle-sample.js CHECKOUT ENTRY FOLDER`: bundles an application that is none of `apps/`, as `sample`. */
const [checkout = '', entry = '', folder = ''] = process.argv.slice(2);

await bundleWhole({ checkout, app: 'sample', entry, folder });
