"""Ray clusters: where trainings and assessments run when this machine is too small."""
