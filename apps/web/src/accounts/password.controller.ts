import { Body, Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Views } from '../views/views.js';
import { maxPasswordLength, minPasswordLength } from './credentials.js';
import { explainRefusal } from './refusal.js';
import type { SignedInAccount } from './sessions.service.js';
import { SignInService, type Exchange } from './sign-in.service.js';
import { CurrentAccount, SignedIn } from './signed-in.guard.js';
import { textField } from './text-field.js';

const lengthRule = `Choose a new password of ${minPasswordLength} to ${maxPasswordLength} characters.`;

@Controller('admin/password')
@UseGuards(SignedIn)
export class PasswordController {
  constructor(
    private readonly signIns: SignInService,
    private readonly views: Views,
  ) {}

  @Get()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const isDone = request.url.endsWith('?changed');
    return this.#page({ request, reply }, isDone ? { notice: 'Your password is changed.' } : {});
  }

  @Post()
  async change(
    @CurrentAccount() account: SignedInAccount,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const passwords = { current: textField(body, 'current'), next: textField(body, 'next') };
    const { length } = passwords.next;
    if (length < minPasswordLength || length > maxPasswordLength) {
      reply.code(400);
      return this.#page({ request, reply }, { error: lengthRule });
    }
    try {
      await this.signIns.changePassword({ request, reply }, account, passwords);
    } catch (error) {
      return this.#page({ request, reply }, { error: explainRefusal(reply, error) });
    }
    return reply.redirect('/admin/password?changed', 303);
  }

  async #page({ request, reply }: Exchange, model: Record<string, unknown>): Promise<FastifyReply> {
    const html = await this.views.render(request, 'admin/password', {
      minPasswordLength,
      maxPasswordLength,
      ...model,
    });
    return reply.type('text/html; charset=utf-8').send(html);
  }
}
