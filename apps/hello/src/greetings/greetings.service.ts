import { createHash, timingSafeEqual } from 'node:crypto';
import { BadRequestException, Injectable, UnauthorizedException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { z } from 'zod';
import { InjectSettings } from '#libs/runtime';
import type { SectionValue } from '#libs/settings';
import { Greeting } from './greeting.entity.js';
import { greetingsSection } from './greetings.settings.js';

const newGreeting = z.strictObject({
  name: z.string().trim().min(1).max(80),
  words: z.string().trim().min(1).max(500),
});

@Injectable()
export class GreetingsService {
  constructor(
    @InjectRepository(Greeting) private readonly greetings: Repository<Greeting>,
    @InjectSettings(greetingsSection) private readonly settings: SectionValue<typeof greetingsSection>,
  ) {}

  /** The newest first, as many as the settings say. */
  list(): Promise<Greeting[]> {
    return this.greetings.find({ order: { createdAt: 'DESC' }, take: this.settings.shown });
  }

  /** Throws a 401 unless it is the key of the settings, where they have one. */
  requireKey(given: string | undefined): void {
    const key = this.settings.key?.reveal();
    if (key === undefined || (given !== undefined && timingSafeEqual(digest(given), digest(key)))) return;
    throw new UnauthorizedException('X-Key: not the key of this guest book');
  }

  /** Throws a 400 that names the field. */
  async add(input: unknown): Promise<Greeting> {
    const parsed = newGreeting.safeParse(input);
    if (parsed.success) return this.greetings.save(this.greetings.create(parsed.data));
    const [issue] = parsed.error.issues;
    throw new BadRequestException(
      `${issue?.path.join('.') || 'greeting'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
}

/** Of one length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
