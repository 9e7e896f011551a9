import { Page } from './pages/page.entity.js';

/** Every entity of the application; listed, because a bundle has no folder to search. */
export const entities = [Page];
