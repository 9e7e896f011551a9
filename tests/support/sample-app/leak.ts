import { Injectable, type OnModuleInit } from '@nestjs/common';

/** An application that opens something and never closes it, where `SAMPLE_LEAK` says so. */
@Injectable()
export class Leak implements OnModuleInit {
  onModuleInit(): void {
    if (process.env['SAMPLE_LEAK'] === 'timer') setInterval(() => {}, 60_000);
  }
}
