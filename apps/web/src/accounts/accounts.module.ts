import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountCookies } from './account-cookies.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { CsrfGuard } from './csrf.guard.js';
import { Csrf } from './csrf.service.js';
import { PasswordController } from './password.controller.js';
import { SessionApiController } from './session-api.controller.js';
import { Session } from './session.entity.js';
import { Sessions } from './sessions.service.js';
import { SignInController } from './sign-in.controller.js';
import { SignInLimit } from './sign-in-limit.js';
import { SignInService } from './sign-in.service.js';

/**
 * Accounts, signing in, and what protects the admin pages: `@UseGuards(SignedIn)` on a controller keeps strangers out,
 * and each unsafe request of a browser must carry the token of its session, whatever the controller.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Account, Session])],
  controllers: [SignInController, PasswordController, SessionApiController],
  providers: [
    AccountCookies,
    Accounts,
    Csrf,
    Sessions,
    SignInLimit,
    SignInService,
    { provide: APP_GUARD, useClass: CsrfGuard },
  ],
  exports: [Csrf, Sessions],
})
export class AccountsModule {}
