process.stdout.write('no rules yet\n');
