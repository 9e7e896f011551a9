import { Account } from './accounts/account.entity.js';
import { Session } from './accounts/session.entity.js';
import { MediaItem } from './media/media-item.entity.js';
import { Page } from './pages/page.entity.js';

/** Every entity of the application; listed, because a bundle has no folder to search. */
export const entities = [Account, MediaItem, Page, Session];
