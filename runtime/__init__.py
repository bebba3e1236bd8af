"""The wiring: command line, configuration, worker and job."""
