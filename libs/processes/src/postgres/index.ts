export * from './embedded.js';
export * from './errors.js';
export * from './throwaway.js';
