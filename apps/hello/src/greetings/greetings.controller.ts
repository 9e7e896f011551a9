import { Body, Controller, Get, Header, Headers, HttpCode, Post, Redirect } from '@nestjs/common';
import { InjectSettings } from '#libs/runtime';
import type { SectionValue, Settings } from '#libs/settings';
import type { Greeting } from './greeting.entity.js';
import { greetingsPage } from './greetings.page.js';
import { greetingsSection } from './greetings.settings.js';
import { GreetingsService } from './greetings.service.js';

/** The guest book, as a page and as JSON. */
@Controller()
export class GreetingsController {
  constructor(
    private readonly greetings: GreetingsService,
    @InjectSettings('site') private readonly site: Settings['site'],
    @InjectSettings('theme') private readonly theme: Settings['theme'],
    @InjectSettings(greetingsSection) private readonly settings: SectionValue<typeof greetingsSection>,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
  async page(): Promise<string> {
    const { site, theme, settings } = this;
    return greetingsPage({ site, theme, welcome: settings.welcome, greetings: await this.greetings.list() });
  }

  /** What the page's form sends. */
  @Post()
  @HttpCode(303)
  @Redirect('/', 303)
  async sign(@Body() body: unknown): Promise<void> {
    await this.greetings.add(body);
  }

  @Get('api/greetings')
  list(): Promise<Greeting[]> {
    return this.greetings.list();
  }

  @Post('api/greetings')
  add(@Body() body: unknown, @Headers('x-key') key: string | undefined): Promise<Greeting> {
    this.greetings.requireKey(key);
    return this.greetings.add(body);
  }
}
