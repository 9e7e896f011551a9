import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AppModule } from './app.module.js';
import { Note } from './note.entity.js';

/** The same application without the runtime, for comparison: `plain.js <DATABASE_URL> <port>`. */
const [, , url = '', port = ''] = process.argv;

@Module({
  imports: [TypeOrmModule.forRoot({ type: 'postgres', url, entities: [Note], poolSize: 5 }), AppModule],
})
class PlainModule {}

const app = await NestFactory.create(PlainModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(port), '127.0.0.1');
