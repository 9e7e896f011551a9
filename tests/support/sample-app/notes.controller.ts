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

  /** Ends the process as a bug would, with the connection's password in the error. */
  @Get('crash')
  crash(): string {
    const { options } = this.notes.manager.dataSource;
    setImmediate(() => {
      throw new TypeError(`cannot connect as ${JSON.stringify(options)}`);
    });
    return 'crashing';
  }
}
