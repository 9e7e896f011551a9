import { Module } from '@nestjs/common';

/** Accounts, signing in, and what protects the admin pages. */
@Module({})
export class AccountsModule {}
