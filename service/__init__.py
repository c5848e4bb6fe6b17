"""The running service: its folders, its processes, Airflow's environment."""
