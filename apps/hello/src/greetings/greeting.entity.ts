import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What a visitor wrote into the guest book. */
@Entity({ name: 'greetings' })
export class Greeting {
  @PrimaryGeneratedColumn('uuid', { name: 'id', primaryKeyConstraintName: 'greetings_pkey' })
  id: string;

  @Column({ name: 'name', type: 'text' })
  name: string;

  @Column({ name: 'words', type: 'text' })
  words: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
