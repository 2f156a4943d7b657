# What the shop measures: yours.
def measure(project):
    return {"project": project, "量": 7}
