"""Pictures of attachments, made in a process apart: a file that harms its reader harms nobody else."""
