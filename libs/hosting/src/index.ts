export type { EdgePlan, GeneratedFile, Generator, HostingPlan, OsUser, UnitPlan, VhostPlan } from './plan.js';
