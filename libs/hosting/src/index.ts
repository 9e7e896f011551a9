export { type Command, type EdgeCommands, edgeCommands } from './generators/edge/edge-commands.js';
export { CertificateUnfit, requireCertificates } from './generators/edge/certificates.js';
export { generatorOf } from './generators/edge/generator-of.js';
export { mediaTypes } from './generators/edge/media-types.js';
export { titleOnPage } from './generators/edge/pages.js';
export {
  type CompareRequest,
  type Comparison,
  compareFiles,
  type FileChange,
  type FoundFile,
  modeOf,
  pathOf,
} from './apply/compare-files.js';
export { type FileOwner, headerOf, ownerOf, ownerOfFile } from './apply/header.js';
export type {
  EdgePlan,
  GeneratedFile,
  Generator,
  HostingPlan,
  NetworkPlan,
  OsUser,
  PostgresPlan,
  UnitPlan,
  VhostPlan,
} from './plan.js';
export { type PgBouncerPlan, pgBouncerText } from './generators/pgbouncer.js';
export { postgresName, postgresUnit } from './generators/postgres-name.js';
export { shellWord } from './generators/quoting.js';
export { startScriptFolder, startScriptOf, startScripts } from './generators/start-scripts.js';
export { programName, supervisord, supervisordLog } from './generators/supervisord.js';
export { serviceUnit, serviceUnits, socketUnit, targetUnit } from './generators/systemd/names.js';
export { systemd } from './generators/systemd/systemd.js';
export { type Ownership, type OwnershipPlan, planOwnership } from './ownership.js';
