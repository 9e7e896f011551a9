import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Greeting } from './greeting.entity.js';
import { GreetingsController } from './greetings.controller.js';
import { GreetingsService } from './greetings.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Greeting])],
  controllers: [GreetingsController],
  providers: [GreetingsService],
})
export class GreetingsModule {}
