import type { Type } from '@nestjs/common';
import { accountsFeature } from './accounts/accounts.feature.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { adminFeature } from './admin/admin.feature.js';
import { AdminModule } from './admin/admin.module.js';
import { apiDocsFeature } from './api/api-docs.feature.js';
import { ApiModule } from './api/api.module.js';
import { mediaFeature } from './media/media.feature.js';
import { MediaAdminModule } from './media/media-admin.module.js';
import { MediaModule } from './media/media.module.js';
import { SiteModule } from './site/site.module.js';

export interface Feature {
  readonly module: Type;
  /** Modules of the settings that must all be on. */
  readonly needs: readonly string[];
}

/** Which settings switch which Nest module. `SiteModule` is last: its `/:slug` takes what the others leave. */
export const features: readonly Feature[] = [
  { module: AccountsModule, needs: [accountsFeature.name] },
  { module: MediaModule, needs: [mediaFeature.name] },
  { module: MediaAdminModule, needs: [mediaFeature.name, adminFeature.name] },
  { module: AdminModule, needs: [adminFeature.name] },
  { module: ApiModule, needs: [apiDocsFeature.name] },
  { module: SiteModule, needs: [] },
];
