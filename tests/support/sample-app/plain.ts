import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AppModule } from './app.module.js';
import { Note } from './note.entity.js';

/** The same application without the runtime, for comparison: `plain.js <socket>`; the connection is in PGHOST, … */
const [, , socket = ''] = process.argv;
const { PGHOST: host = '', PGPORT: port, PGDATABASE: database = '' } = process.env;
const { PGUSER: username = '', PGPASSWORD: password = '' } = process.env;

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      host,
      port: Number(port),
      database,
      username,
      password,
      entities: [Note],
      installExtensions: false,
      poolSize: 5,
    }),
    AppModule,
  ],
})
class PlainModule {}

const adapter = new FastifyAdapter();
const app = await NestFactory.create(PlainModule, adapter, { logger: false });
await app.init();
await adapter.getInstance().ready();
app.getHttpServer().listen(socket);
process.on('SIGTERM', () => {
  app.getHttpServer().close(() => process.exit(0));
});
