import { z } from 'zod';
import type { FeatureModule } from '../application.js';

const description = 'Feature modules, by name.';
const use = 'Whether the module is part of the process.';

/** The section `modules`; of any names where the application does not say which it has. */
export function modulesSchema(modules: readonly FeatureModule[] | undefined) {
  if (modules === undefined) return anyModules;
  const shape = Object.fromEntries(modules.map((module) => [module.name, moduleSchema(module)]));
  return z.strictObject(shape).describe(description);
}

export const anyModules = z
  .record(z.string(), z.strictObject({ enabled: z.boolean().describe(use) }).describe('One module.'))
  .describe(description);

function moduleSchema({ description: what, neededBecause }: FeatureModule) {
  const enabled =
    neededBecause === undefined
      ? z.boolean()
      : z.literal(true).meta({ expected: `true, as ${neededBecause}` });
  return z
    .strictObject({ enabled: enabled.describe(use) })
    .optional()
    .describe(what);
}
