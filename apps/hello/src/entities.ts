import { Greeting } from './greetings/greeting.entity.js';

/** Every entity of the application; listed, because a bundle has no folder to search. */
export const entities = [Greeting];
