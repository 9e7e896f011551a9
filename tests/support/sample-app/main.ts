import { runTenant } from '#libs/runtime';
import { AppModule } from './app.module.js';
import { application } from './application.js';
import { Note } from './note.entity.js';

await runTenant({ application, module: AppModule, entities: [Note] }, import.meta.url);
