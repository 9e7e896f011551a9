import type { FastifyReply } from 'fastify';
import { TooManyAttempts } from './sign-in-limit.js';
import { WrongCredentials } from './sign-in.service.js';

/** What the form says after a refusal, with the answer's status set; other errors go on. */
export function explainRefusal(reply: FastifyReply, error: unknown): string {
  if (error instanceof TooManyAttempts) {
    reply.code(429).header('retry-after', String(error.retryAfterSeconds));
    return error.advice;
  }
  if (!(error instanceof WrongCredentials)) throw error;
  reply.code(401);
  return error.message;
}
