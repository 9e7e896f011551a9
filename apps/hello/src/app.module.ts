import { Module } from '@nestjs/common';
import { GreetingsModule } from './greetings/greetings.module.js';

@Module({ imports: [GreetingsModule] })
export class AppModule {}
