export {
  type CompareRequest,
  type Comparison,
  compareFiles,
  type FileChange,
  type FoundFile,
  modeOf,
  pathOf,
} from './apply/compare-files.js';
export { type FileOwner, headerOf, ownerOf } from './apply/header.js';
export type {
  EdgePlan,
  GeneratedFile,
  Generator,
  HostingPlan,
  NetworkPlan,
  OsUser,
  SystemdPlan,
  UnitPlan,
  VhostPlan,
} from './plan.js';
