//# allFunctionsCalledOnLoad
import{i as a}from"./WS3AWGHT.js";import"./DORE5JPD.js";import"./ZZPCO4ZC.js";import"./LHE7L4DY.js";import"./IY6R3CEB.js";import"./47WTO6DM.js";import"./45GWE4C6.js";export{a as default};
