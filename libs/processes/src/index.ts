export { type Address, addressText } from './address.js';
export { type ControlClient, connectControl } from './control/client.js';
export type { SupervisorStatus } from './control/protocol.js';
export { type ControlOptions, type ControlServer, serveControl } from './control/server.js';
export { type Detached, type DetachedCommand, startDetached } from './detached.js';
export { editFile, type Editing } from './editor.js';
export * from './errors.js';
export { type Gateway, type GatewayOptions, type RoutedTenant, startGateway } from './gateway/gateway.js';
export { createRouter } from './gateway/router.js';
export { type Guarded, type Guardian, startGuardian } from './guardian/guardian.js';
export * from './launch.js';
export { endOrphans, type OrphanSearch } from './orphans.js';
export { processIsAlive, processStartTime, rssBytes } from './process-table.js';
export type { SpareKind, SparePoolOptions } from './spares/spare-pool.js';
export { Supervisor, type SupervisorEvents, type SupervisorOptions } from './supervisor.js';
export { followLog, readLogTail } from './tenant-log.js';
export * from './postgres/index.js';
export { checkShellScript } from './checkers/shell.js';
export { checkSupervisordPrograms } from './checkers/supervisord.js';
export { checkSystemdUnits } from './checkers/systemd.js';
export {
  commandEnvironment,
  CommandFailed,
  CommandMissing,
  type CommandToRun,
  type Finished,
  runCommand,
  runToSuccess,
} from './run-command.js';
export type { ProcessManager } from './managers/process-manager.js';
export { SupervisordManager, type SupervisordOptions } from './managers/supervisord.js';
export { SupervisordUnreachable } from './managers/supervisord-server.js';
export { followJournal, readJournal } from './managers/journal.js';
export {
  type ShownUnit,
  showUnits,
  startAnew,
  systemctl,
  SystemdManager,
  UnitDidNotStart,
} from './managers/systemd.js';
export { proveUnit, type ReadyAnswer } from './prove-unit.js';
export { processesBelow, type ProcessBelow } from './processes-below.js';
export { readPidFile } from './pid-file.js';
export { notifyReady } from './notify-systemd.js';
export { findStaleSockets, removeStaleSocket, type StaleSocket } from './stale-sockets.js';
