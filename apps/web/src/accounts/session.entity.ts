import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from './account.entity.js';

/** One browser that is signed in. Who reads this table cannot sign in with it: it has the tokens' hashes only. */
@Entity({ name: 'sessions' })
@Index('sessions_account_id_idx', ['accountId'])
@Index('sessions_expires_at_idx', ['expiresAt'])
export class Session {
  /** SHA-256 of the token in the cookie, base64url. */
  @PrimaryColumn({ name: 'token_hash', type: 'text', primaryKeyConstraintName: 'sessions_pkey' })
  tokenHash: string;

  @Column({ name: 'account_id', type: 'uuid' })
  accountId: string;

  @ManyToOne(() => Account, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'sessions_account_id_fkey' })
  account: Account;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}
