import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Views } from '../views/views.js';
import { RequireCsrf } from './csrf.guard.js';
import { Csrf } from './csrf.service.js';
import { explainRefusal } from './refusal.js';
import { safeNext } from './safe-next.js';
import { Sessions } from './sessions.service.js';
import { SignInService, type Exchange } from './sign-in.service.js';
import { textField } from './text-field.js';

@Controller('admin')
export class SignInController {
  constructor(
    private readonly signIns: SignInService,
    private readonly sessions: Sessions,
    private readonly csrf: Csrf,
    private readonly views: Views,
  ) {}

  @Get('sign-in')
  async show(
    @Query('next') next: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    if (await this.sessions.find(request)) return reply.redirect(safeNext(next), 303);
    return this.#page({ request, reply }, { next: safeNext(next), email: '' });
  }

  @Post('sign-in')
  @RequireCsrf()
  async signIn(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const email = textField(body, 'email');
    const next = safeNext(textField(body, 'next'));
    try {
      await this.signIns.signIn({ request, reply }, { email, password: textField(body, 'password') });
    } catch (error) {
      return this.#page({ request, reply }, { next, email, error: explainRefusal(reply, error) });
    }
    return reply.redirect(next, 303);
  }

  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    await this.signIns.signOut({ request, reply });
    return reply.redirect('/admin/sign-in', 303);
  }

  async #page({ request, reply }: Exchange, model: Record<string, unknown>): Promise<FastifyReply> {
    const csrf = this.csrf.tokenFor(request, reply);
    const html = await this.views.render(request, 'admin/sign-in', { ...model, csrf });
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
  }
}
