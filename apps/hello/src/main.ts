import 'reflect-metadata';
import { runTenant } from '#libs/runtime';
import { AppModule } from './app.module.js';
import { application } from './application.js';
import { entities } from './entities.js';

await runTenant({ application, module: AppModule, entities }, import.meta.url);
