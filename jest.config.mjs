// Jest runs what tsc emitted: the tests see the very files that a tenant process loads, and nothing is transformed twice.
export default {
  testEnvironment: 'node',
  rootDir: '.',
  roots: ['<rootDir>/dist/apps', '<rootDir>/dist/libs', '<rootDir>/dist/tests'],
  testRegex: '\\.(spec|int-spec|e2e-spec)\\.js$',
  transform: {},
  // One throw-away Postgres for the run, of which testServer() in tests/support/test-postgres.ts has the address, and one
  // bundle for the releases that tests make.
  globalSetup: '<rootDir>/dist/tests/support/global-setup.js',
  globalTeardown: '<rootDir>/dist/tests/support/postgres-global-teardown.js',
  // Native ES modules are never unloaded, so a worker grows with each file that it ran.
  workerIdleMemoryLimit: '600MB',
  // Two more than the two cores that it has to do with: the tests of whole systems wait half of their time.
  maxWorkers: 4,
  // Not in the system's temporary folder, where it would be left behind.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/dist/tests/support/closing-line.js'],
};
