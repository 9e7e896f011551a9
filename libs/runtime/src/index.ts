export { AppPaths } from './app-paths.js';
export { type AppSite, AppSites } from './app-sites.js';
export { Activity } from './process/activity.js';
export { FileHandOff } from './http/file-hand-off.js';
export { InjectSettings } from './inject-settings.js';
export { runTenant } from './run-tenant.js';
export type { SwitchableModule, TenantApplication } from './tenant-application.js';
export {
  createTestingTenantApp,
  type TestingTenantApp,
  type TestingTenantOptions,
} from './testing/testing-app.js';
export { type AddTenantOptions, TestingHome, type TestingTenant } from './testing/testing-home.js';
