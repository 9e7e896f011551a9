import { join } from 'node:path';
import { findViolations } from './find-violations.js';

// `npm run check` runs this on the checkout; a path as argument checks another one.
const root = process.argv[2] ?? join(import.meta.dirname, '../../..');
const { modules, files, violations } = await findViolations(root);

for (const { rule, comment, at, found } of violations) {
  process.stdout.write(`${at}${found === undefined ? '' : ` -> ${found}`}\n    ${rule}: ${comment}\n`);
}
process.stdout.write(`${violations.length} violations in ${modules} modules, ${files} files\n`);
// A cruise that found no modules passes every rule.
if (violations.length > 0 || modules === 0) process.exitCode = 1;
