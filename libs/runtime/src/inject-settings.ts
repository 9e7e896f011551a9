import { Inject } from '@nestjs/common';

import type { Section } from '#libs/settings';

/** The token under which one top-level key of the settings is provided. */
export function settingsToken(key: string): string {
  return `settings:${key}`;
}

/**
 * Injects one section of the tenant's settings, frozen and already checked:
 * `constructor(@InjectSettings(pagesSection) private readonly settings: SectionValue<typeof pagesSection>)`.
 * A core section is named by its key: `@InjectSettings('site')`. A section that is `perSite` depends on the request:
 * `AppSites.find(request.host).section(pagesSection)`.
 */
export function InjectSettings(section: Section | string): ParameterDecorator {
  return Inject(settingsToken(typeof section === 'string' ? section : section.key));
}
