import {
  HttpException,
  Injectable,
  createParamDecorator,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Sessions, type SignedInAccount } from './sessions.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard `SignedIn`. */
    account?: SignedInAccount;
  }
}

/** Who is signed in; for handlers behind `SignedIn`. */
export const CurrentAccount = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<FastifyRequest>().account;
});

/**
 * Lets only who is signed in pass; others are sent to `/admin/sign-in`, or answered 401 where they asked the API.
 * Templates then see `account.email` and `csrf`, the value of each form's hidden field `_csrf`.
 */
@Injectable()
export class SignedIn implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const session = await this.sessions.find(request);
    if (session === undefined) throw refuse(request, reply);
    request.account = session.account;
    request.viewModel = {
      ...request.viewModel,
      account: { email: session.account.email },
      csrf: session.csrf,
    };
    // Else the Back button, or a cache on the way, shows these pages to who is no longer signed in.
    reply.header('cache-control', 'no-store');
    return true;
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply): HttpException {
  const path = request.url;
  if (path.startsWith('/api/')) {
    return new UnauthorizedException({
      code: 'NOT_SIGNED_IN',
      message: 'This needs an account that is signed in.',
      hint: 'Sign in at /admin/sign-in.',
    });
  }
  // What was sent by a form is lost with the session; its address is often no page.
  const next = request.method === 'GET' ? path : '/admin';
  // The redirect is in the status and this header, so it works whatever the error page says.
  reply.header('location', `/admin/sign-in?next=${encodeURIComponent(next)}`);
  return new HttpException({ code: 'NOT_SIGNED_IN', message: 'Please sign in.' }, 303);
}
