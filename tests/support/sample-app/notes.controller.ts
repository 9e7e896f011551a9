import { setTimeout as sleep } from 'node:timers/promises';

import { Body, Controller, Get, Header, Ip, Post, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';

import { Note } from './note.entity.js';

@Controller()
export class NotesController {
  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}

  /** A page of one query. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async list(): Promise<string> {
    const notes = await this.notes.find({ order: { id: 'ASC' }, take: 10 });
    return `<h1>Notes</h1><ul>${notes.map(({ title }) => `<li>${title}</li>`).join('')}</ul>`;
  }

  @Post()
  add(@Body() note: { title: string }): Promise<Note> {
    return this.notes.save({ title: note.title });
  }

  @Get('slow')
  async slow(@Query('ms') ms: string): Promise<string> {
    await sleep(Number(ms));
    return 'slow';
  }

  @Get('ip')
  ip(@Ip() address: string): string {
    return address;
  }

  /** Opens connections of its own, each of which logs in. */
  @Get('connect')
  async connect(@Query('count') count: string): Promise<string> {
    const sleeps = Array.from({ length: Number(count) }, () => this.notes.query('SELECT pg_sleep(0.3)'));
    await Promise.all(sleeps);
    return 'connected';
  }

  /** Ends the process as a bug would, or prints as one that debugs would, with the connection's password in the error. */
  @Get('crash')
  async crash(@Query('how') how: string): Promise<string> {
    const error = await this.#telltale();
    if (how === 'rejected') void Promise.reject(error);
    else if (how === 'bare') void Promise.reject(error.message);
    else if (how === 'printed') print(error);
    else
      setImmediate(() => {
        throw error;
      });
    return 'crashing';
  }

  async #telltale(): Promise<TypeError> {
    const { options } = this.notes.manager.dataSource;
    const { password, username } = options as { password: () => Promise<string>; username: string };
    const found = await password();
    const url = `postgres://${username}:${encodeURIComponent(found)}@localhost/db`;
    const cause = new Error(`login with ${JSON.stringify({ password: found })} failed`, { cause: { found } });
    const error = new TypeError(`cannot connect as ${found} to ${url}`, { cause });
    return Object.assign(error, { options: { password: found, url } });
  }
}

function print(error: Error): void {
  console.log(error.message);
  console.error(error);
  process.stderr.write(Buffer.from(`${error.message}\n`));
  process.emitWarning(error.message);
}
