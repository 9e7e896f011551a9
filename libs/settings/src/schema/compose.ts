import { z } from 'zod';
import type { Application } from '../application.js';
import { coreSections } from './core.js';
import { modulesSchema } from './modules.js';
import { sitesSchema } from './sites.js';

/** The schema of an application's tenants: the core sections and the application's own, nothing else. */
export function settingsSchema(application: Application): z.ZodObject {
  const modules = modulesSchema(application.modules);
  const shape: Record<string, z.ZodType> = {
    ...coreSections,
    modules,
    sites: sitesSchema(modules, application.sections),
  };
  for (const section of application.sections) {
    if (Object.hasOwn(shape, section.key)) {
      throw new TypeError(
        `application ${application.name}: two sections of settings are named "${section.key}"`,
      );
    }
    shape[section.key] = section.schema;
  }
  return z.strictObject(shape);
}
