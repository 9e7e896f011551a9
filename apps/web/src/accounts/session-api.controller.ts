import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Sessions } from './sessions.service.js';
import { SignedIn } from './signed-in.guard.js';

/** What a script on the admin pages needs to know to use the API with the browser's session. */
@Controller('api/session')
@UseGuards(SignedIn)
export class SessionApiController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  async show(@Req() request: FastifyRequest): Promise<object> {
    const session = await this.sessions.find(request);
    return { email: session?.account.email, csrfToken: session?.csrf };
  }
}
