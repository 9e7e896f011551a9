import type { MigrationClass } from '#libs/settings';
import { CreateGreetings1795200000000 } from './1795200000000-create-greetings.js';

/** In the order in which they apply; a new migration goes to the end. */
export const migrations: readonly MigrationClass[] = [CreateGreetings1795200000000];
