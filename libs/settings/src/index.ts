export * from './application.js';
export * from './errors.js';
export * from './secret.js';
export * from './tenant-name.js';
