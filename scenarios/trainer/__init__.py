"""The trainer for officers: a running street, cameras, cases to judge, a lesson with its debrief."""
