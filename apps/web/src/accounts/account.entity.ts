import { Check, Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** Somebody who may sign in and edit the site. */
@Entity({ name: 'accounts' })
@Unique('accounts_email_key', ['email'])
@Check('accounts_email_check', 'email = lower(email)')
export class Account {
  @PrimaryGeneratedColumn('uuid', { name: 'id', primaryKeyConstraintName: 'accounts_pkey' })
  id: string;

  /** Lower case; the database refuses another form. */
  @Column({ name: 'email', type: 'text' })
  email: string;

  /** In PHC format; never leaves the server. */
  @Column({ name: 'password_hash', type: 'text', select: false })
  passwordHash: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
