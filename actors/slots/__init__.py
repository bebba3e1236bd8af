"""What every vendor slot shares: a role at a stable address, a cast, and who is on stage."""
